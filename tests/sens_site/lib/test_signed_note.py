"""Notes, keys and checkpoints as other programs write and read them."""

import base64

import pytest

from sens_site.lib.signed_note import (
    LOG,
    WITNESS,
    Checkpoint,
    NoteError,
    find_checkpoints,
    read_checkpoint,
    read_key,
    signed_at,
    signers,
    signing_key,
)

# From the documentation of Go's package golang.org/x/mod/sumdb/note, and Go's own database.
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)
SUM_DATABASE = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
# The example of C2SP's tlog-cosignature.
COSIGNED = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"
NAME = "example.com/log"


def a_checkpoint() -> Checkpoint:
    return Checkpoint(NAME, 3, b"r" * 32)


def signed(*lines: str) -> Checkpoint:
    return Checkpoint(NAME, 3, b"r" * 32, lines)


def test_a_text_is_signed_as_by_the_reference():
    secret = base64.urlsafe_b64encode(GO_SECRET).decode().rstrip("=")
    key = signing_key(secret, "PeterNeumann")
    assert str(key.public) == GO_PUBLIC
    assert key.line(GO_TEXT) == GO_LINE


@pytest.mark.parametrize("line", [GO_PUBLIC, SUM_DATABASE])
def test_a_public_key_is_read_and_written(line: str):
    assert str(read_key(f"{line}\n")) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "name",
        GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
        GO_PUBLIC.replace("PeterNeumann", "Peter"),
        # The same key as one of an unknown kind of signature, with the id that is right for it.
        "PeterNeumann+54c4e504+Axpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_what_is_no_public_key_is_refused(line: str):
    with pytest.raises(NoteError):
        read_key(line)


def test_a_checkpoint_is_read_as_it_was_written():
    found = read_checkpoint(COSIGNED)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert signers(found) == {"example.com/behind-the-sofa", "witness.example.com/w1"}
    assert str(found) == COSIGNED


@pytest.mark.parametrize(
    "text",
    [
        "",
        COSIGNED.replace("20852163", "020852163"),
        COSIGNED.replace("20852163", "-1"),
        COSIGNED.replace("q2I=\n\n", "q2I=\n"),
        COSIGNED.partition("\n\n")[0] + "\n\n",
        COSIGNED + COSIGNED,
        "Read this:\n" + COSIGNED,
    ],
)
def test_what_is_not_quite_a_checkpoint_is_refused(text: str):
    with pytest.raises(NoteError, match="this is no checkpoint"):
        read_checkpoint(text)


def test_checkpoints_are_found_in_a_mail_with_its_line_ends():
    mail = f"Hello,\n\nkeep this:\n{COSIGNED}\nand this:\n{COSIGNED.strip()}".replace("\n", "\r\n")
    assert [str(one) for one in find_checkpoints(mail)] == [COSIGNED, COSIGNED]


def test_a_signature_is_known_by_name_and_id_and_has_to_be_right():
    key, other = signing_key(SECRET, NAME), signing_key(SECRET[::-1], NAME)
    line = key.line(a_checkpoint().text)
    assert signed_at(signed(line), key.public) == 0
    assert signed_at(signed(other.line(a_checkpoint().text)), key.public) is None
    assert signed_at(a_checkpoint(), key.public) is None
    renamed = signing_key(SECRET, "example.com/other").line(a_checkpoint().text)
    assert signed_at(signed(renamed), key.public) is None
    with pytest.raises(NoteError, match=r"the signature of example\.com/log is not by its key"):
        signed_at(Checkpoint(NAME, 4, b"r" * 32, (line,)), key.public)


def test_a_witness_signs_with_another_key_and_says_when():
    log, witness = signing_key(SECRET, NAME), signing_key(SECRET, NAME, WITNESS)
    assert (log.kind, witness.kind) == (LOG, WITNESS)
    assert log.public.raw != witness.public.raw
    line = witness.line(a_checkpoint().text, at=1679315147)
    assert signed_at(signed(line), witness.public) == 1679315147
    # What is signed is written out in the specification.
    message = f"cosignature/v1\ntime 1679315147\n{a_checkpoint().text}".encode()
    signature = base64.b64decode(line.split()[2])
    assert signature[4:12] == (1679315147).to_bytes(8, "big")
    witness.private.public_key().verify(signature[12:], message)
    later = Checkpoint(NAME, 3, b"s" * 32, (line,))
    with pytest.raises(NoteError, match="is not by its key"):
        signed_at(later, witness.public)


def test_a_line_that_is_no_signature_is_nobodys():
    key = signing_key(SECRET, NAME)
    assert signed_at(signed("— example.com/log !\n"), key.public) is None
