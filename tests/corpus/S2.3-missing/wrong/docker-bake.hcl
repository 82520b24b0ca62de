target "app" {
  context = "."
  tags = [
    "ledgerd:2.0.1",
  ]
}
