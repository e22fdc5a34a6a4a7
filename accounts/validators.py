"""Password rules of our own."""

from django.core.exceptions import ValidationError


class CompanyWordsValidator:
    """Refuses passwords that are made of the company's own words."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for such a password."""
        if "sens" == password.lower():
            raise ValidationError("Choose a password without the company's name.")

    def get_help_text(self) -> str:
        """Return the rule as one sentence."""
        return "Your password can’t be made of the company’s own words."
