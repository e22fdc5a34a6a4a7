"""What rehearsals of the promises need of the search: words that staff call alike, and a miss."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows
from search import services
from search.models import Synonym

# Something, a mistyped word, nothing, and what is typed by mistake.
also_open("/search/?q=cookies", "/search/?q=cookys", "/search/?q=xyzzyx", "/search/?q=%22+OR+*+%00")


@makes_rows
def words_of_the_search(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Say that two words mean the same, and miss a third."""
    services.save_synonym(Synonym(words="played for a check, played for a look"))
    services.count_misses({(timezone.localdate(), "played for a check"): 1})
