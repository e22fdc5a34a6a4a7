"""What acts leave behind: into which tables each request of a visitor or a customer has written."""

from privacy.promises.registry import Evidence, Look, promise
from privacy.promises.running_site import RunningSite
from privacy.promises.witness import row_rules as rows
from privacy.promises.witness.rules import ANSWER, ROW
from sens_site.promises.walk import WALKED, figures, require_kept


@promise("information.account-profile", look=Look.REHEARSAL)
def accounts_change_on_their_own_pages(site: RunningSite) -> Evidence:
    """No form but those of an account adds anything to it."""
    require_kept(site.walk, rows.OF_ACCOUNTS)
    return Evidence(
        f"{WALKED}Nothing was written into an account but by its own pages.",
        figures(site.walk, ANSWER, ROW),
    )


@promise("consent.only-by-act", look=Look.REHEARSAL)
def nothing_else_signs_anybody_up(site: RunningSite) -> Evidence:
    """Consent and subscriptions come from the forms that are made for them."""
    require_kept(site.walk, rows.OF_CONSENT)
    return Evidence(
        f"{WALKED}No consent and no subscription was written down but by a form made for it.",
        figures(site.walk, ANSWER, ROW),
    )


@promise("downloads.recorded", look=Look.REHEARSAL)
def downloads_are_noted_where_files_are(site: RunningSite) -> Evidence:
    """Only who fetches a file leaves a record or a count of it."""
    require_kept(site.walk, rows.OF_DOWNLOADS)
    return Evidence(
        f"{WALKED}Records and counts came of the Download Center alone.",
        figures(site.walk, ANSWER, ROW),
    )


@promise("downloads.notices", look=Look.REHEARSAL)
def notices_are_asked_for_beside_the_document(site: RunningSite) -> Evidence:
    """Nobody is told of changes of a document by having done something else."""
    require_kept(site.walk, rows.OF_NOTICES)
    return Evidence(
        f"{WALKED}Notices of changed documents were asked for in the Download Center alone.",
        figures(site.walk, ANSWER, ROW),
    )
