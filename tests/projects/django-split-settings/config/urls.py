from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("members/", include("members.urls")),
    path("livez", lambda request: HttpResponse("ok")),
]
