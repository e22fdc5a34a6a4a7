"""What staff may type."""

from django import forms

from search.models import Synonym
from search.words import words_of
from sens_site.lib.forms.fields import LineField

MOST = 10


class SynonymForm(forms.ModelForm[Synonym]):
    """Words that mean the same."""

    words = LineField(
        label="Words that mean the same",
        max_length=300,
        help_text="With commas between them, such as: genset, generator set, power plant.",
    )

    class Meta:
        model = Synonym
        fields = ("words",)

    def clean_words(self) -> str:
        """Return the words with one space after each comma."""
        found = [" ".join(one.split()) for one in self.cleaned_data["words"].split(",")]
        known = {tuple(words_of(one)[0]) for one in found}
        if () in known:
            raise forms.ValidationError("Write letters or digits before and after each comma.")
        if not 2 <= len(known) <= MOST:
            raise forms.ValidationError(f"Write two to {MOST} different words, with commas.")
        return ", ".join(found)
