"""The checks of this room's promises. They look at all four parts, and so stand above them."""
