"""What rehearsals of the promises need of this room: a reader, a sign-up that waits, one that is held."""

from django.contrib.auth.models import AbstractBaseUser

from newsletter.models import Topic
from newsletter.subscribing import SignUp, sign_up, subscribe_account
from newsletter.topics import save_topic
from newsletter.wording import words_shown
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows


@makes_rows
def readers(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Let the account have the newsletter, and two other mailboxes of the person be signed up."""
    topic = Topic(slug="a-check", title="A check of the promises")
    save_topic(topic)

    def asked(email: str) -> SignUp:
        return SignUp(email=email, topics=(topic,), words=words_shown())

    sign_up(asked(f"waits.{person.email}"))
    sign_up(asked(f"held.{person.email}"), trapped=True)
    subscribe_account(user, asked(person.email))
