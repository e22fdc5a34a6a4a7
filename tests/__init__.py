"""Makes `tests` this project's own package, whatever an installed wheel may call its tests."""
