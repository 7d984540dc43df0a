"""The console as an app: manifest, service worker, offline page."""
