"""How `make bench` counts: by pairs of one round, by clients that keep their connections."""

import os
import threading
import time

import pytest

from bench import in_process, load, run

QUARTER = 0.25


def test_what_slows_a_whole_round_down_does_not_change_a_ratio():
    cost = {"page": [10.0, 40.0, 11.0], "T": [100.0, 400.0, 110.0]}
    assert run.ratio(cost, "page", "T") == 0.1


def test_the_ratio_is_the_middle_one_of_the_rounds():
    cost = {"page": [10.0, 90.0, 30.0], "T": [100.0, 100.0, 100.0]}
    assert run.ratio(cost, "page", "T") == 0.3


def test_a_page_is_held_beside_the_yardstick_of_its_own_round():
    cost = {"dear": [100.0, 800.0], "T": [9.0, 10.0, 90.0, 70.0, 80.0, 200.0]}
    assert run.ratio(cost, "dear", "T") == 10.0


def test_a_yardstick_that_was_asked_once_a_round_stands_beside_all_of_it():
    cost = {"page": [10.0, 20.0, 30.0, 100.0, 200.0, 300.0], "N": [10.0, 100.0]}
    assert run.ratio(cost, "page", "N") == 2.0


def test_the_client_that_differs_most_is_the_one_that_counts():
    rounds = {
        "policy_anonymous": {"ratio_T": 0.04, "ratio_T_curl": 0.044, "ratio_T_wrk": 0.03},
        "policy_plain": {"ratio_T": 0.06, "ratio_T_curl": 0.06},
    }
    assert run.differ(rounds) == QUARTER


def test_a_run_without_a_second_client_tells_of_no_difference():
    rounds = {"policy_anonymous": {"ratio_T": 0.04}, "policy_plain": {"ratio_T": 0.06}}
    assert run.differ(rounds) == 0


def test_curl_is_believed_if_all_came_over_as_many_connections_as_agreed():
    load.check_curl("200 1\n200 1\n200 0\n", requests=3, connections=2, expected=200)


@pytest.mark.parametrize(
    "said",
    [
        "200 1\n404 1\n200 0\n",  # another status
        "200 1\n200 0\n",  # one is missing
        "200 1\n200 1\n200 1\n",  # a connection for each
    ],
)
def test_curl_is_not_believed_otherwise(said):
    with pytest.raises(RuntimeError):
        load.check_curl(said, requests=3, connections=2, expected=200)


def test_the_time_of_every_thread_counts():
    def work() -> None:
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        done.set()
        end.wait(30)

    done, end = threading.Event(), threading.Event()
    thread = threading.Thread(target=work)
    before = load.cpu_seconds(os.getpid())
    thread.start()
    done.wait(30)
    took = load.cpu_seconds(os.getpid()) - before
    end.set()
    thread.join()
    assert took >= 0.019


def test_an_application_that_answers_otherwise_is_not_timed():
    def application(environ, start_response):
        start_response("404 Not Found", [])
        return [b""]

    with pytest.raises(RuntimeError, match="expected 200, got 404"):
        in_process.cpu_us(application, in_process.environ_of("/", {}), seconds=0, expected=200)


def test_an_application_gets_the_headers_and_its_answers_are_closed():
    seen: list[str] = []

    class Answer(list[bytes]):
        def close(self) -> None:
            seen.append("closed")

    def application(environ, start_response):
        seen.append(environ["HTTP_ACCEPT_ENCODING"])
        start_response("200 OK", [])
        return Answer([b"page"])

    environ = in_process.environ_of("/", {"Accept-Encoding": "br"})
    cost = in_process.cpu_us(application, environ, seconds=0.0001, expected=200)
    assert cost > 0
    assert seen == ["br", "closed"] * (len(seen) // 2)
    assert len(seen) >= 2 * (1 + in_process.BATCH)
