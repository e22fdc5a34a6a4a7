"""What is nearly a secret."""

from sens_site.promises.near_secrets import near


def test_parts_of_a_secret_and_it_in_other_letters_are_tried_and_never_itself():
    assert set(near("abCD")) == {"a", "ab", "abC", "bCD", "CD", "abCDa", "ABcd", "%25"}
    assert set(near("12")) == {"1", "2", "12a", "%25"}
