from flask import Flask, Response, render_template_string
from weasyprint import HTML

app = Flask(__name__)
PAGE = "<h1>Invoice {{ number }}</h1><p>Thank you.</p>"


@app.get("/invoices/<int:number>.pdf")
def invoice(number):
    page = render_template_string(PAGE, number=number)
    return Response(HTML(string=page).write_pdf(), mimetype="application/pdf")


@app.get("/health")
def health():
    return "ok"
