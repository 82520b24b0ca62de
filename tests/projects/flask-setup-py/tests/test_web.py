from linkbox.web import application


def test_ping():
    assert application.test_client().get("/ping").data == b"pong"
