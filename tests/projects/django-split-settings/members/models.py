from django.db import models


class Member(models.Model):
    name = models.CharField(max_length=100)
    joined = models.DateField(auto_now_add=True)
