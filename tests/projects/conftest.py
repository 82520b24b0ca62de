"""The projects are material: their own tests are not run here."""

collect_ignore_glob = ["*"]
