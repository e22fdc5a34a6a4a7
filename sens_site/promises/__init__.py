"""The checks of forms, mails, access, choices, chains, locks, own accounts, the search, the worker, the walk."""

import sens_site.promises.access
import sens_site.promises.backups
import sens_site.promises.chains
import sens_site.promises.choices
import sens_site.promises.copy_for_readers
import sens_site.promises.days_of_receipt
import sens_site.promises.desk_switches
import sens_site.promises.end_of_marketing
import sens_site.promises.foreign_pages
import sens_site.promises.forms
import sens_site.promises.leaving
import sens_site.promises.locks
import sens_site.promises.logged_values
import sens_site.promises.looking_only
import sens_site.promises.mails
import sens_site.promises.mails_as_written
import sens_site.promises.neighbours
import sens_site.promises.own_account
import sens_site.promises.own_pages
import sens_site.promises.own_scripts
import sens_site.promises.page_templates
import sens_site.promises.policy_changes
import sens_site.promises.published_pages
import sens_site.promises.refusals
import sens_site.promises.restored_people
import sens_site.promises.search
import sens_site.promises.secret_addresses
import sens_site.promises.security
import sens_site.promises.seen_mails
import sens_site.promises.source_code
import sens_site.promises.traces
import sens_site.promises.unread_signal
import sens_site.promises.walk
import sens_site.promises.ways_out
import sens_site.promises.worker
import sens_site.promises.written_files  # noqa: F401 - each registers its checks
