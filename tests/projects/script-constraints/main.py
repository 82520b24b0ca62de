"""Prints the hour, every hour."""

import signal
import sys
from datetime import datetime

from apscheduler.schedulers.blocking import BlockingScheduler

scheduler = BlockingScheduler()


@scheduler.scheduled_job("cron", minute=0)
def hour():
    print(f"it is {datetime.now():%H} o'clock")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    scheduler.start()


if __name__ == "__main__":
    main()
