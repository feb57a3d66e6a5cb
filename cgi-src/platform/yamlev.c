/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/yamlev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BOM "\xef\xbb\xbf"

struct yamlev {
	yaml_parser_t parser;
	yaml_event_t event; /* the last one: its texts were handed out */
	bool has_event;
	const char *p;
	size_t len;
};

struct yamlev *yamlev_new(const char *p, size_t len)
{
	struct yamlev *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	if (!yaml_parser_initialize(&reader->parser)) {
		free(reader);
		return NULL;
	}
	/* Told the encoding, libyaml does not guess UTF-16 from the first bytes; but then it takes the
	 * mark for a character of the text, at least in some places. */
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	if (len >= strlen(BOM) && memcmp(p, BOM, strlen(BOM)) == 0) {
		p += strlen(BOM);
		len -= strlen(BOM);
	}
	reader->p = p;
	reader->len = len;
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)p, len);
	return reader;
}

static void forget_event(struct yamlev *reader)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = false;
}

void yamlev_free(struct yamlev *reader)
{
	if (!reader)
		return;
	forget_event(reader);
	yaml_parser_delete(&reader->parser);
	free(reader);
}

/* Of errors in the bytes themselves libyaml gives the offset only. */
static unsigned line_at(const char *p, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset; i++)
		line += p[i] == '\n';
	return line;
}

static enum rc failed(const struct yamlev *reader, struct yamlev_error *error)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem ? parser->problem : "not YAML";

	*error = (struct yamlev_error){0};
	if (parser->error == YAML_MEMORY_ERROR) {
		snprintf(error->reason, sizeof(error->reason), "out of memory");
		return RC_NOMEM;
	}
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset;

		error->line = line_at(reader->p, offset < reader->len ? offset : reader->len);
		snprintf(error->reason, sizeof(error->reason), "%s", problem);
		return RC_INVALID;
	}
	error->line = (unsigned)parser->problem_mark.line + 1;
	error->column = (unsigned)parser->problem_mark.column + 1;
	snprintf(error->reason, sizeof(error->reason), "%s%s%s",
		parser->context ? parser->context : "", parser->context ? ": " : "", problem);
	return RC_INVALID;
}

static void take_scalar(const yaml_event_t *event, struct yamlev_event *out)
{
	out->kind = YAMLEV_SCALAR;
	out->text = (const char *)event->data.scalar.value;
	out->len = event->data.scalar.length;
	out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	out->anchor = (const char *)event->data.scalar.anchor;
	out->tag = (const char *)event->data.scalar.tag;
}

/* False: nothing that a reader wants to know. */
static bool take_event(const yaml_event_t *event, struct yamlev_event *out)
{
	*out = (struct yamlev_event){.line = (unsigned)event->start_mark.line + 1,
		.column = (unsigned)event->start_mark.column + 1};
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		out->kind = YAMLEV_DOCUMENT;
		return true;
	case YAML_ALIAS_EVENT:
		out->kind = YAMLEV_ALIAS;
		out->anchor = (const char *)event->data.alias.anchor;
		return true;
	case YAML_SCALAR_EVENT:
		take_scalar(event, out);
		return true;
	case YAML_SEQUENCE_START_EVENT:
		out->kind = YAMLEV_SEQUENCE;
		out->anchor = (const char *)event->data.sequence_start.anchor;
		out->tag = (const char *)event->data.sequence_start.tag;
		return true;
	case YAML_MAPPING_START_EVENT:
		out->kind = YAMLEV_MAPPING;
		out->anchor = (const char *)event->data.mapping_start.anchor;
		out->tag = (const char *)event->data.mapping_start.tag;
		return true;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		out->kind = YAMLEV_CLOSE;
		return true;
	case YAML_STREAM_END_EVENT:
		out->kind = YAMLEV_END;
		return true;
	default:
		return false;
	}
}

enum rc yamlev_next(struct yamlev *reader, struct yamlev_event *out, struct yamlev_error *error)
{
	do {
		forget_event(reader);
		if (!yaml_parser_parse(&reader->parser, &reader->event))
			return failed(reader, error);
		reader->has_event = true;
	} while (!take_event(&reader->event, out));
	return RC_OK;
}
