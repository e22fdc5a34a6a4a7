"""The form pack: what a browser and assistive technology get of a form."""

from crispy_forms.layout import Div, Field, Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

from sens_site.lib.forms.base import SiteForm
from sens_site.lib.forms.fields import EMAIL_FORMAT
from tests.pages.reading import Page, read


class Inquiry(SiteForm):
    submit_label = "Send inquiry"
    form_action = "/somewhere/"
    name = forms.CharField(max_length=40, help_text="So that we know who is writing")
    email = forms.EmailField()
    phone = forms.CharField(required=False)
    topic = forms.ChoiceField(
        choices=[("a", "Apples"), ("p", "Pears")], widget=forms.RadioSelect, help_text="One"
    )
    message = forms.CharField(widget=forms.Textarea)
    reply = forms.BooleanField(required=False, label="Please answer")
    terms = forms.BooleanField(label="I agree")
    VAT = forms.CharField(label="VAT number", error_messages={"required": "Enter the number"})
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def drawn(form: forms.Form, helper=None) -> Page:
    return read(HttpResponse(render_crispy_form(form, helper)))


def test_fields_are_ready_for_people_who_make_no_mistakes():
    page = drawn(Inquiry())
    assert page.texts("label") == [
        "Name", "Email", "Phone (optional)", "Apples", "Pears", "Message", "Please answer",
        "I agree", "VAT number",
    ]  # fmt: skip
    assert page.texts("legend") == ["Topic"]
    form = page.attributes("form")
    assert form == [{"action": "/somewhere/", "method": "post", "novalidate": None}]
    assert page.texts("button") == ["Send inquiry"]
    for element in page.elements:
        assert not {"required", "maxlength", "style"} & set(element.attributes)
        assert element.attributes.get("name") != "csrfmiddlewaretoken"
    assert page.attributes("input", name="email")[0]["autocomplete"] == "email"
    assert page.find("div", inside="div.error-summary") == []


def test_hints_and_errors_are_tied_to_their_fields():
    page = drawn(Inquiry({}))
    name = page.attributes("input", name="name")[0]
    assert name["aria-describedby"] == "id_name_helptext id_name_error"
    assert name["aria-invalid"] == "true"
    assert page.texts("div", id="id_name_helptext") == ["So that we know who is writing"]
    assert page.texts("div", id="id_name_error") == ["Error: Enter your name"]
    group = page.attributes("fieldset")[0]
    assert group["aria-describedby"] == "id_topic_helptext id_topic_error"
    ids = [e.attributes["id"] for e in page.elements if e.attributes.get("id")]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        named = (element.attributes.get("aria-describedby") or "").split()
        named += [element.attributes["for"]] if "for" in element.attributes else []
        assert set(named) <= set(ids)


def test_summary_lists_every_mistake_and_leads_to_its_field():
    page = drawn(Inquiry({"email": "nobody", "topic": "x"}))
    links = page.find("a", inside="div.error-summary")
    assert [(link.attributes["href"], link.text) for link in links] == [
        ("#id_name", "Enter your name"),
        ("#id_email", EMAIL_FORMAT),
        ("#id_topic_0", "Choose one of the answers for “Topic”"),
        ("#id_message", "Enter your message"),
        ("#id_terms", "Tick the box “I agree”"),
        ("#id_VAT", "Enter the number"),
    ]
    ids = {e.attributes.get("id") for e in page.elements}
    assert {link.attributes["href"][1:] for link in links} <= ids
    summary = page.attributes("div", **{"class": "error-summary"})
    assert summary == [{"class": "error-summary", "tabindex": "-1", "autofocus": None}]
    assert page.attributes("div", inside="div.error-summary") == [{"role": "alert"}]
    assert page.texts("h2", inside="div.error-summary") == ["There is a problem"]


def test_mistakes_of_the_whole_form_stand_in_the_summary():
    form = Inquiry({})
    form.add_error(None, "Sent <twice>")
    page = drawn(form)
    assert page.texts("li", inside="div.error-summary")[0] == "Sent <twice>"
    assert page.texts("h2") == ["There is a problem"]


def test_the_frame_draws_the_summary_above_the_form_and_only_once():
    form = Inquiry({})
    frame = render_to_string(
        "base.html", {"form": form, "title": "Inquiry", "company": settings.COMPANY}
    )
    page = read(HttpResponse(frame))
    assert page.title == f"Error: Inquiry - {settings.COMPANY.short_name}"
    assert page.texts("h2", inside="main div.error-summary") == ["There is a problem"]
    assert drawn(form).find("div", inside="div.error-summary") == []


def test_a_form_that_was_not_sent_has_no_error_in_the_title():
    context = {"form": Inquiry(), "title": "T", "company": settings.COMPANY}
    page = read(HttpResponse(render_to_string("base.html", context)))
    assert page.title == f"T - {settings.COMPANY.short_name}"


def test_what_was_typed_is_kept_and_escaped():
    page = drawn(Inquiry({"name": '"><script>x</script>', "message": "</textarea>&"}))
    assert page.attributes("input", name="name")[0]["value"] == '"><script>x</script>'
    assert page.texts("textarea") == ["</textarea>&"]
    assert page.find("script") == []


def test_layouts_draw_groups_and_each_field_once():
    form = Inquiry()
    helper = form.helper
    helper.layout = Layout(
        Fieldset("Who", "name", Field("email", spellcheck="true"), css_class="who"),
        Div("message", css_class="stack", css_id="words"),
        Submit("go", "Go", css_class="secondary"),
    )
    page = drawn(form, helper)
    assert page.texts("legend") == ["Who"]
    assert page.attributes("input", inside="fieldset.who", name="email")[0]["spellcheck"] == "true"
    assert len(page.find("textarea", inside="div.stack")) == 1
    assert [button.get("name") for button in page.attributes("button")] == ["go", None]


def test_two_forms_of_a_class_do_not_change_each_other():
    first, second = Inquiry(), Inquiry()
    assert first.fields["phone"].label == second.fields["phone"].label == "Phone (optional)"
    assert len(second.fields["name"].validators) == len(first.fields["name"].validators)


def test_a_form_without_a_word_to_send_it_has_no_button():
    class Bare(SiteForm):
        submit_label = ""
        name = forms.CharField()

    assert drawn(Bare()).find("button") == []
