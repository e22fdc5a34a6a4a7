"""Addresses of the contact room: the webmaster's, and one for each department with a form."""

from django.urls import path

from contact import departments, views

app_name = "contact"
urlpatterns = [
    path("webmaster/", views.webmaster, name="webmaster"),
    path("webmaster/thanks/", views.thanks, name="thanks"),
    path("messages/", views.own_messages, name="own_messages"),
    *(
        path(one.path.removeprefix("/contact/"), views.department, name=f"to-{topic}")
        for topic, one in departments.with_forms().items()
    ),
]
