"""HRV4Training's export, iOS (one moment column) and Android (leading spaces, a trailing comma, ragged rows)."""

from analysis.ingest.days.daily import Daily

IOS = Daily.declared("hrv4training_ios").reader()
ANDROID = Daily.declared("hrv4training_android").reader()
