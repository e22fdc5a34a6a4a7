"""The notice where something is collected (GDPR Article 13), in the words of the data map."""

from django import template

from privacy.datamap.registry import Activity, entries

register = template.Library()


@register.inclusion_tag("privacy/datamap/collection.html")
def notice_at_collection(label: str) -> dict[str, object]:
    """Say for what a form takes what it asks, on what basis, for how long, and who receives it."""
    entry = entries()[label]
    activity: Activity | None = entry.activity
    return {
        "activity": activity,
        "periods": list(dict.fromkeys(keep.sentence for keep in entry.keep)),
    }
