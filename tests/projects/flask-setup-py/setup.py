from setuptools import find_packages, setup

setup(
    name="linkbox",
    version="0.9.0",
    description="Short links for long ones",
    packages=find_packages(exclude=["tests"]),
    python_requires=">=3.9",
    install_requires=["flask>=3.0", "gunicorn>=22"],
    extras_require={"dev": ["pytest"]},
)
