project = "Protocol"
extensions = []
html_theme = "alabaster"
