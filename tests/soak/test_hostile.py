"""10,000 generated frames, and 10,000 generated calls on each engine."""

import hostile
import pytest


@pytest.mark.parametrize("seed", range(10, 20))
def test_generated_frames_are_refused(seed):
    hostile.refuse_frames(seed, count=1000)


@pytest.mark.parametrize("seed", range(10, 20))
def test_generated_calls(K, seed):
    hostile.survive_calls(K, seed, count=1000)
