from django.http import JsonResponse

from .models import Member


def index(request):
    return JsonResponse({"members": list(Member.objects.values_list("name", flat=True))})
