"""Who runs the site: the facts that the footer, the policy pages and JSON-LD repeat.

One place, so that they cannot disagree. They belong to the company, not to a deployment,
and so stand in code, where a change is reviewed, and not in the environment.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """The controller of the personal data that this site holds."""

    legal_name: str
    formal_name: str
    short_name: str
    street: str
    locality: str
    region: str
    postal_code: str
    country_code: str
    phone: str
    toll_free: str
    toll_free_dotted: str
    fax: str
    copyright_from: int
    copyright_to: int

    @property
    def address_line(self) -> str:
        """The postal address on one line."""
        return f"{self.street}, {self.locality}, {self.region} {self.postal_code}"

    @property
    def copyright_years(self) -> str:
        """The years of the copyright line. Written down, not read from a clock (law 4)."""
        return f"{self.copyright_from}–{self.copyright_to}"


COMPANY = Company(
    legal_name="Stored Energy Systems LLC",
    formal_name="Stored Energy Systems, a Limited Liability Company",
    short_name="SENS",
    street="1840 Industrial Circle",
    locality="Longmont",
    region="CO",
    postal_code="80501",
    country_code="US",
    phone="(303) 678-7500",
    toll_free="(866) 736-7872",
    toll_free_dotted="866.736.7872",
    fax="(303) 678-7504",
    copyright_from=2013,
    copyright_to=2026,
)
