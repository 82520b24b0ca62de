from django.http import HttpResponse, JsonResponse
from django.shortcuts import render


def index(request):
    return render(request, "catalog/index.html", {"title": "Shop"})


def health(request):
    return JsonResponse({"status": "ok"})
