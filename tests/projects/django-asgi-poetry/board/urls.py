import asyncio

from django.http import JsonResponse, StreamingHttpResponse
from django.urls import path


async def departures(request):
    async def lines():
        for platform in (1, 2, 3):
            yield f"platform {platform}: 12:0{platform}\n"
            await asyncio.sleep(0)

    return StreamingHttpResponse(lines(), content_type="text/plain")


async def health(request):
    return JsonResponse({"ok": True})


urlpatterns = [
    path("departures/", departures, name="departures"),
    path("health/", health, name="health"),
]
