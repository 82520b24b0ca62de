from app import app


def test_count():
    assert app.test_client().post("/count", data="a b").json == {"words": 2}
