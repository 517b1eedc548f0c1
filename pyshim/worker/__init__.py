"""The worker's side: the process that runs an engine and answers its session. It runs on Python 3.6 and up."""
