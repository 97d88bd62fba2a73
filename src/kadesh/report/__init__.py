"""The report: one self-contained HTML file that shows an audit."""

from kadesh.report.contract import audit_schema as audit_schema
from kadesh.report.html import render as render
from kadesh.report.html import write_report as write_report
