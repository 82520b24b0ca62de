"""Settings of gunicorn, which reads this file from its working directory."""

bind = "0.0.0.0:8000"
threads = 4
worker_tmp_dir = "/dev/shm"  # the heartbeat must neither wait for a disk nor need a writable one
control_socket_disable = True  # the socket would be written to $HOME (gunicorn >= 25.1)
graceful_timeout = 8  # seconds, within the 10 that `docker stop` grants
accesslog = "-"
