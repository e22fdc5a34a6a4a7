"""A stream of pieces is one that every browser reads, and its length tells little."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from sens_site.lib.http.gzip_pieces import PADDING, gzipped_page, kept_piece, plain_page


@given(st.lists(st.tuples(st.booleans(), st.text(max_size=400)), max_size=6))
def test_the_pieces_come_out_as_they_went_in(given_pieces):
    pieces = [kept_piece(text) if kept else text for kept, text in given_pieces]
    said = "".join(text for _, text in given_pieces).encode()
    assert (plain_page(pieces), gzip.decompress(gzipped_page(pieces))) == (said, said)


def test_a_piece_that_is_longer_than_what_it_may_refer_to():
    long = "".join(f"<p>{number} and more</p>" for number in range(5000))
    assert (
        gzip.decompress(gzipped_page([kept_piece(long), long, "end"])).decode() == f"{long * 2}end"
    )


def test_what_is_kept_is_compressed_before_it_is_asked_for():
    piece = kept_piece("<p>the same for all</p>" * 100)
    assert piece.packed in gzipped_page([piece, "a person's"])
    assert len(piece.packed) < len(piece.plain) / 10


def test_the_length_is_blurred():
    lengths = {len(gzipped_page(["the same"])) for _ in range(60)}
    assert 1 < len(lengths) <= PADDING
    assert max(lengths) - min(lengths) < PADDING
