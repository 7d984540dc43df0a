"""Distances on the globe."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(
    *, longitude_a: float, latitude_a: float, longitude_b: float, latitude_b: float
) -> float:
    """Kilometres as the crow flies between two points given in degrees (haversine)."""
    lat_a, lat_b = radians(latitude_a), radians(latitude_b)
    half_lat = (lat_b - lat_a) / 2
    half_lon = radians(longitude_b - longitude_a) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
