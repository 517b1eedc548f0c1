"""Generated frames and calls that no session would send on purpose. ``make soak`` tries more of each."""

import hostile


def test_generated_frames_are_refused():
    hostile.refuse_frames(seed=1, count=2000)


def test_generated_calls(K):
    hostile.survive_calls(K, seed=1, count=300)
