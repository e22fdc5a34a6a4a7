"""How days and moments are written, on pages, in mails and at the desk. A moment names its zone."""

DATE_FORMAT = "F j, Y"
DATETIME_FORMAT = "F j, Y, H:i T"
