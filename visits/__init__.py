"""Our own visit statistics: first party, only for visitors who allow them."""
