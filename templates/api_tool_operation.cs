<?cs # api_tool_operation.cs: one operation of an API tool, and a test call. POST multipart/form-data: csrf, credential,
  each Fields.N.Key, and a button: preview, send.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Operation.Name, .Method, .Path   text
    Operation.Summary, .Description  text, optional
    Operation.Deprecated, .Off       bool         off: apps cannot use it
    Fields.N.Note          text            where the value goes
    Manages                bool            the visitor may send test calls
    Oauth                  bool            an authorization can be named
    Form.Url               url             POST
    Form.Credential        text, optional
    Preview                text, optional  the request, its secrets covered
    Answer.State.*         pill, optional  the status of the answer
    Answer.Next            text, optional  what to do about it
    Answer.Time            text            "120 ms"
    Answer.Attempts        int, optional   when more than one
    Answer.Headers, .Body  text, optional
    Answer.Size            int             bytes of the body
    Answer.Cut             bool            there is more than is shown
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head(Operation.Name) ?><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1><?cs var:Operation.Name ?><?cs if:Operation.Deprecated ?> <span class="tag">{{api_tools.deprecated}}</span><?cs /if ?><?cs if:Operation.Off ?> <span class="tag">{{api_tools.off}}</span><?cs /if ?></h1>
<p class="operation-path"><?cs call:method(Operation.Method) ?> <code><?cs var:Operation.Path ?></code></p>
<?cs if:?Operation.Summary ?><p class="lede"><strong><?cs var:Operation.Summary ?></strong></p><?cs /if ?>
<?cs if:?Operation.Description ?><p class="lede kept-lines"><?cs var:Operation.Description ?></p><?cs /if ?>
<?cs call:form_error() ?>
<?cs if:?Answer.State.Kind ?><section class="answer" aria-labelledby="answer">
<div class="section-head"><h2 id="answer" tabindex="-1">{{api_tools.answer}}</h2><p class="tags" role="status"><?cs call:pill(Answer.State) ?> <span class="tag"><?cs var:Answer.Time ?></span> <span class="tag">{{api_tools.bytes n=Answer.Size}}</span><?cs if:?Answer.Attempts ?> <span class="tag">{{api_tools.attempts n=Answer.Attempts}}</span><?cs /if ?></p></div>
<?cs if:?Answer.Next ?><p class="lede"><?cs var:Answer.Next ?></p><?cs /if ?>
<?cs if:?Answer.Body ?><pre class="wire" id="answer-body" tabindex="0" role="region" aria-label="{{api_tools.answer_body}}"><?cs var:Answer.Body ?></pre><?cs if:Answer.Cut ?><p class="help">{{api_tools.answer_cut}}</p><?cs /if ?><?cs elif:Answer.Size ?><p class="help">{{api_tools.answer_binary}}</p><?cs else ?><p class="help">{{api_tools.answer_empty}}</p><?cs /if ?>
<?cs if:?Answer.Headers ?><details class="steps"><summary>{{api_tools.answer_headers}}</summary><pre class="wire" tabindex="0" role="region" aria-label="{{api_tools.answer_headers}}"><?cs var:Answer.Headers ?></pre></details><?cs /if ?>
</section><?cs /if ?>
<?cs if:?Preview ?><section aria-labelledby="preview">
<h2 class="small-head" id="preview">{{api_tools.preview_title}}</h2>
<p class="help" role="status">{{api_tools.preview_help}}</p>
<pre class="wire" tabindex="0" role="region" aria-labelledby="preview"><?cs var:Preview ?></pre>
</section><?cs /if ?>
<?cs if:Manages ?><form class="wide-form" method="post" action="<?cs var:Form.Url ?>" enctype="multipart/form-data" novalidate>
  <?cs call:csrf_field() ?>
  <h2>{{api_tools.test_call}}</h2>
  <p class="help">{{api_tools.test_help}}</p>
  <?cs if:!subcount(Fields) ?><p class="help">{{api_tools.no_arguments}}</p><?cs /if ?>
  <?cs each:argument = Fields ?><?cs call:field(argument) ?><?cs /each ?>
  <?cs if:Oauth ?><div class="field"><label for="credential">{{label.authorization_name}} <span class="optional">{{label.optional}}</span></label>
    <input type="text" id="credential" name="credential" value="<?cs var:Form.Credential ?>" maxlength="100" autocomplete="off" aria-describedby="credential-help">
    <p class="help" id="credential-help">{{api_tools.credential_help}}</p></div><?cs /if ?>
  <div class="form-actions">
    <button type="submit" class="button" name="preview" value="1">{{api_tools.preview}}</button>
    <button type="submit" class="button button-primary" name="send" value="1" data-busy="{{api_tools.sending}}">{{api_tools.send}}</button>
  </div>
</form><?cs
elif:subcount(Fields) ?><section aria-labelledby="arguments">
<h2 id="arguments">{{api_tools.arguments}}</h2>
<ul class="operations">
  <?cs each:argument = Fields ?><li class="operation"><div class="operation-main"><strong><?cs var:argument.Label ?></strong> <span class="tag"><?cs var:argument.Note ?></span><?cs if:argument.Required ?> <span class="tag">{{api_tools.required}}</span><?cs /if ?><?cs if:?argument.Help ?><p class="operation-summary"><?cs var:argument.Help ?></p><?cs /if ?></div></li>
  <?cs /each ?>
</ul>
<p class="foot">{{api_tools.test_who}}</p>
</section><?cs
else ?><p class="foot">{{api_tools.no_arguments}} {{api_tools.test_who}}</p><?cs /if ?>
<?cs call:app_close() ?>
