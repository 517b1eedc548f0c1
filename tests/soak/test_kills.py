"""Workers are killed at random moments of work. The session gets an error each time, and continues."""

import os
import random
import signal
import threading

import numpy as np

KILLS = 15


def test_kills_at_random_moments(K):
    draw = random.Random(0)
    x = np.random.RandomState(0).uniform(size=(700, 700)).astype("float32")
    product = x @ x
    ended = 0
    for _ in range(KILLS):
        K.ones(())  # starts a worker if the last one was killed
        host = K.session.current_host()
        ending = draw.choice((signal.SIGKILL, signal.SIGSEGV))
        timer = threading.Timer(draw.uniform(0, 0.4), os.kill, (host.pid, ending))
        timer.start()
        try:
            while True:
                a, f = K.variable(x), K.placeholder((700, 700))
                step = K.function([f], [K.map_fn(lambda row: row, K.dot(a, f))])
                np.testing.assert_allclose(step([x])[0], product, rtol=1e-4)
        except K.errors.WorkerError as error:
            assert "signal SIG" in str(error)
            ended += 1
        except K.errors.StaleTensorError:  # killed between two calls
            ended += 1
        timer.join()
    assert ended == KILLS
    assert float(K.eval(K.sum(K.ones((2, 3))))) == 6
