<?cs # api_tool_apply.cs: what another description changes in an API tool. POST multipart/form-data: csrf, version.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Form.Url, Form.DiscardUrl     url             POST
    Form.Version                  int
    Draft.*                       as api_tool_draft.cs
    Diff.Added, .Changed, .Removed, .Unchanged   int   operations
    Diff.More                     int, optional   changes that are not listed
    Diff.Server, .NewServer       text, optional  when the server is another one
    Changes.N.State.*             pill (part_ui.cs)
    Changes.N.Name, .Method, .Path   text
    Changes.N.Off                 bool            it is not offered now
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head({{api_tools.apply_title name=Tool.Name}}) ?><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1>{{api_tools.apply_title name=Tool.Name}}</h1>
<p class="lede"><?cs if:?Draft.Title ?><strong><?cs var:Draft.Title ?></strong><?cs if:?Draft.ApiVersion ?> <?cs var:Draft.ApiVersion ?><?cs /if ?> · <?cs /if ?><?cs var:Draft.Format ?> <?cs var:Draft.Version ?> · {{api_tools.n_operations n=Draft.Count}}<?cs if:?Draft.Source ?> · <?cs var:Draft.Source ?><?cs /if ?></p>
<?cs call:form_error() ?><?cs call:report() ?>
<?cs if:?Diff.NewServer ?><div class="banner banner-warn">
  <p>{{api_tools.server_changes old=Diff.Server new=Diff.NewServer}}</p>
</div><?cs /if ?>
<p class="found" role="status">{{api_tools.diff added=Diff.Added changed=Diff.Changed removed=Diff.Removed same=Diff.Unchanged}}</p>
<?cs if:subcount(Changes) ?>
<ul class="operations">
  <?cs each:change = Changes ?><li class="operation">
    <div class="operation-main"><?cs call:pill(change.State) ?> <strong><?cs var:change.Name ?></strong><?cs if:change.Off ?> <span class="tag">{{api_tools.off}}</span><?cs /if ?>
    <p class="operation-path"><?cs call:method(change.Method) ?> <code><?cs var:change.Path ?></code></p></div>
  </li>
  <?cs /each ?><?cs if:?Diff.More ?><li class="operation">{{api_tools.more_changes n=Diff.More}}</li><?cs /if ?>
</ul><?cs /if ?>
<p class="foot">{{api_tools.apply_foot}}</p>
<form class="form-actions" method="post" action="<?cs var:Form.Url ?>" enctype="multipart/form-data">
  <?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>">
  <button type="submit" class="button form-actions-start" form="discard">{{api_tools.discard}}</button>
  <button type="submit" class="button button-primary" data-busy="{{api_tools.applying}}">{{api_tools.apply}}</button>
</form>
<form method="post" action="<?cs var:Form.DiscardUrl ?>" id="discard"><?cs call:csrf_field() ?></form>
<?cs call:app_close() ?>
