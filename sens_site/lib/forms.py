"""How forms of the whole site are drawn: Django's own field groups with our field template."""

from django.forms.renderers import TemplatesSetting


class SiteFormRenderer(TemplatesSetting):
    """Draws a field as label, hint, error and input, in this order (GOV.UK)."""

    field_template_name = "site/field.html"
