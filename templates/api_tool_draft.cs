<?cs # api_tool_draft.cs: what was found in a description, and the form that makes an API tool of it. POST
  multipart/form-data: csrf, seen, on, q, offset, Fields.N.Key, Schemes.N.Key, and a button: save, find, page, all (on|off).
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Form.Url, Form.DiscardUrl     url             POST
    Draft.Title                   text, optional
    Draft.Format, .Version        text            "OpenAPI", "3.0.3"
    Draft.ApiVersion, .Source     text, optional
    Draft.Count, .Enabled         int             operations
    Operations.Paged              bool            they are filtered, or more than a page
    Operations.Filter             text, optional
    Operations.Offset             int
    Operations.Before, .After     int, optional   offsets of the other pages
    Schemes.N.Id, .Key            text            of a box
    Schemes.N.Name, .Text         text            as the description calls it, and what it is
    Schemes.N.Help                text, optional  what the description says of it
    Schemes.N.Possible, .Checked  bool
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head({{api_tools.draft_title}}) ?><?cs call:app_open() ?>
<h1>{{api_tools.draft_title}}</h1>
<p class="lede"><?cs if:?Draft.Title ?><strong><?cs var:Draft.Title ?></strong><?cs if:?Draft.ApiVersion ?> <?cs var:Draft.ApiVersion ?><?cs /if ?> · <?cs /if ?><?cs var:Draft.Format ?> <?cs var:Draft.Version ?> · {{api_tools.n_operations n=Draft.Count}}<?cs if:?Draft.Source ?> · <?cs var:Draft.Source ?><?cs /if ?></p>
<?cs call:form_error() ?><?cs call:report() ?>
<form class="wide-form" method="post" action="<?cs var:Form.Url ?>" enctype="multipart/form-data" id="draft">
  <?cs call:csrf_field() ?><input type="hidden" name="offset" value="<?cs var:Operations.Offset ?>">
  <section aria-labelledby="operations">
  <div class="section-head">
    <h2 id="operations">{{api_tools.operations}} <span class="count">{{api_tools.enabled_of enabled=Draft.Enabled all=Draft.Count}}</span></h2>
    <div class="actions">
      <button type="submit" class="button" name="all" value="on">{{api_tools.all_on}}</button>
      <button type="submit" class="button" name="all" value="off">{{api_tools.all_off}}</button>
    </div>
  </div>
  <?cs if:Operations.Paged ?><div class="with-button filter"><input type="text" name="q" value="<?cs var:Operations.Filter ?>" aria-label="{{api_tools.filter}}" placeholder="{{api_tools.filter}}" autocomplete="off"><button type="submit" class="button" name="find" value="1">{{list.search}}</button></div><?cs /if ?>
  <?cs if:subcount(Operations.Items) ?><?cs call:operation_rows("1") ?><?cs else ?><p class="help">{{api_tools.no_operation}}</p><?cs /if ?>
  <?cs if:Operations.Paged && subcount(Operations.Items) ?><div class="pages"><span class="muted">{{api_tools.range first=Operations.First last=Operations.Last total=Operations.Total}}</span><?cs
    if:?Operations.Before ?><button type="submit" class="button" name="page" value="<?cs var:Operations.Before ?>">{{api_tools.before}}</button><?cs /if ?><?cs
    if:?Operations.After ?><button type="submit" class="button" name="page" value="<?cs var:Operations.After ?>">{{api_tools.after}}</button><?cs /if ?></div><?cs /if ?>
  </section>
  <section aria-labelledby="about">
  <h2 id="about">{{api_tools.about}}</h2>
  <?cs call:fields() ?>
  </section>
  <fieldset class="field">
    <legend><h2>{{api_tools.authorization}}</h2></legend>
    <?cs if:subcount(Schemes) ?><p class="help">{{api_tools.schemes_help}}</p>
    <?cs each:scheme = Schemes ?><div class="check"><input type="checkbox" id="<?cs var:scheme.Id ?>" name="<?cs var:scheme.Key ?>" value="1"<?cs if:!scheme.Possible ?> disabled<?cs elif:scheme.Checked ?> checked<?cs /if ?>><div><label for="<?cs var:scheme.Id ?>"><?cs var:scheme.Text ?> <span class="label-note"><?cs var:scheme.Name ?></span></label><?cs if:?scheme.Help ?><p class="help"><?cs var:scheme.Help ?></p><?cs /if ?></div></div>
    <?cs /each ?><?cs else ?><p class="help">{{api_tools.no_schemes}}</p><?cs /if ?>
  </fieldset>
  <div class="form-actions">
    <button type="submit" class="button form-actions-start" form="discard">{{api_tools.discard}}</button>
    <button type="submit" class="button button-primary" name="save" value="1" data-busy="{{button.saving}}">{{button.save}}</button>
  </div>
</form>
<form method="post" action="<?cs var:Form.DiscardUrl ?>" id="discard"><?cs call:csrf_field() ?></form>
<?cs call:app_close() ?>
