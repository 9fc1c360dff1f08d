/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m time: the wall clock, as xt_time asks it. Any hook. */
#include "kernel.h"

/* A rule's slot in map `time_slots`. */
struct time_slot {
	__u32 date_start, date_stop;       /* seconds since 1970 */
	__u32 daytime_start, daytime_stop; /* seconds since midnight */
	__u32 monthdays;                   /* bit by day of the month, from 1 */
	__u8 weekdays;                     /* bit by day of the week, Monday is 1 */
	__u8 flags;
	__u16 pad;
};

enum { TIME_KERNEL_ZONE = 1, TIME_CONTIGUOUS = 2 };

#define NANOSECONDS 1000000000ull
#define DAY 86400
#define MINUTE 60
#define EVERY_MONTHDAY 0xfffffffe
#define WEEK 7
#define THURSDAY 4 /* 1970-01-01 */
/* Of the proleptic Gregorian calendar: from 0000-03-01 to 1970-01-01, in 400, 100, 4 years, in 5 months from March on. */
#define DAYS_BEFORE_1970 719468
#define DAYS_400_YEARS 146097
#define DAYS_100_YEARS 36524
#define DAYS_4_YEARS 1461
#define DAYS_YEAR 365
#define DAYS_5_MONTHS 153

static __u64 (*ktime_tai)(void) = (void *)BPF_FUNC_ktime_get_tai_ns;

/* Day of the month, from 1. Years begin in March here: the day that some have more is then the last of all. */
INLINE __u32 month_day(__u32 days)
{
	__u32 day = (days + DAYS_BEFORE_1970) % DAYS_400_YEARS;
	__u32 year = (day - day / (DAYS_4_YEARS - 1) + day / DAYS_100_YEARS - day / (DAYS_400_YEARS - 1)) / DAYS_YEAR;
	__u32 of_year = day - (DAYS_YEAR * year + year / 4 - year / 100);
	__u32 month = (5 * of_year + 2) / DAYS_5_MONTHS;

	return of_year - (DAYS_5_MONTHS * month + 2) / 5 + 1;
}

STAGE __u32 time_match(void *ctx, struct record *r, struct time_slot *slot)
{
	__s64 now = (__s64)(ktime_tai() / NANOSECONDS) - value_clock.tai_ahead;
	__u32 daytime, days;

	if (slot->flags & TIME_KERNEL_ZONE)
		now -= MINUTE * value_clock.minutes_west;
	if (now < (__s64)slot->date_start || now > (__s64)slot->date_stop)
		return 0;
	daytime = (__u64)now % DAY;
	days = (__u64)now / DAY;
	if (slot->daytime_start < slot->daytime_stop) {
		if (daytime < slot->daytime_start || daytime > slot->daytime_stop)
			return 0;
	} else {
		if (daytime < slot->daytime_start && daytime > slot->daytime_stop)
			return 0;
		/* Behind midnight it is still the day on which it began. */
		if (slot->flags & TIME_CONTIGUOUS && daytime <= slot->daytime_stop)
			days--;
	}
	if (!(slot->weekdays >> ((THURSDAY + days - 1) % WEEK + 1) & 1))
		return 0;
	return slot->monthdays == EVERY_MONTHDAY || (slot->monthdays >> month_day(days) & 1);
}
