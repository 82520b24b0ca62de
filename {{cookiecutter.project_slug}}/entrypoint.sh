{% set image = imgen(cookiecutter).image %}
{% include [image.profile ~ "/entrypoint.sh.j2", "_shared/entrypoint.sh.j2"] %}
