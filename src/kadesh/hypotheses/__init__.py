"""Why a side did that: beliefs and objectives judged by evidence."""
