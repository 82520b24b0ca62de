from invoices import app as application

__all__ = ["application"]
