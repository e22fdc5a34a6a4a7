"""What staff can do with a message."""

from contact import services
from contact.forms import AnswerForm
from contact.models import ContactMessage, State
from sens_site.lib.admin.steps import Step

STEPS: tuple[Step[ContactMessage], ...] = (
    Step(
        slug="answer",
        label="Answered",
        question="Say how this message was answered. It leaves the waiting list.",
        done="Marked as answered.",
        run=lambda message, by, data: services.answer_message(message, by=by, note=data["note"]),
        offered=lambda message: message.state == State.WAITING,
        form=AnswerForm,
    ),
    Step(
        slug="spam",
        label="Mark as spam",
        question=(
            "The message leaves the waiting list and is deleted 24 months after it came. "
            "A privacy request is never spam, however it is worded."
        ),
        done="Marked as spam.",
        run=lambda message, by, data: services.mark_spam(message),
        offered=lambda message: message.state == State.WAITING,
    ),
    Step(
        slug="deliver",
        label="Not spam: deliver",
        question=(
            "The message goes to the waiting list. If it was held when it came, it is mailed "
            "to the webmaster now."
        ),
        done="Put on the waiting list.",
        run=lambda message, by, data: services.release_from_quarantine(message),
        offered=lambda message: message.state == State.SPAM,
    ),
)
