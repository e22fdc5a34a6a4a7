"""What visitors are asked about. Read in this order:

`parts` (the dataclasses) · `third_parties`, `catalogue` (the entries) · `building` (an offer, from
the catalogue and what is switched on) · `changes` (what differs from an earlier one) · `loading`
(the offer as the database has it) · `current` (the offer of this process) · `switches` (what staff
decide) · `tables` (the copy for the admin).
"""  # noqa: D400 - an order of reading
