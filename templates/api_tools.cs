<?cs # api_tools.cs: the API tools of a workspace.
  Reads, besides layout.cs:
    Search.Url               url             GET, field q
    Search.Query             text, optional  absent = all are shown
    Search.Count             int
    Search.Some              bool            there are API tools at all
    AddUrl                   url, optional   absent: not permitted
    Help.People.N.*          helpers (part_ui.cs): who may, where the visitor may not
    Tools.N.Label            text
    Tools.N.Description      text, optional
    Tools.N.Icon.*           tile (part_ui.cs)
    Tools.N.Url              url
    Tools.N.Count            text            "12 operations"
    Tools.N.Labels.M.Text    text
    Tools.N.State.*          pill (part_ui.cs)
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_provider.cs" ?><?cs
call:page_head({{nav.api_tools}}) ?><?cs call:app_open() ?>
<div class="page-head">
  <h1>{{nav.api_tools}}</h1>
  <p class="lede">{{api_tools.lede}}</p>
  <?cs if:Search.Some ?><?cs call:provider_search({{api_tools.search}}) ?><?cs /if ?>
</div>
<?cs if:?AddUrl && Search.Some ?><p class="page-actions"><a class="button button-primary" href="<?cs var:AddUrl ?>">{{api_tools.add}}</a></p><?cs /if ?>
<?cs if:subcount(Tools) ?><?cs call:provider_found() ?>
<ul class="cards">
  <?cs each:card = Tools ?><li class="card">
    <?cs call:tile(card.Icon) ?>
    <div class="card-body">
      <h2><?cs var:card.Label ?></h2>
      <p class="card-text card-clip"><?cs if:?card.Description ?><?cs var:card.Description ?><?cs else ?><?cs var:card.Count ?><?cs /if ?></p>
      <p class="tags"><?cs call:pill(card.State) ?> <span class="tag"><?cs var:card.Count ?></span><?cs each:word = card.Labels ?> <span class="tag"><?cs var:word.Text ?></span><?cs /each ?></p>
    </div>
    <a class="button" href="<?cs var:card.Url ?>">{{api_tools.open}}<span class="visually-hidden"> <?cs var:card.Label ?></span></a>
  </li>
  <?cs /each ?>
</ul><?cs
elif:?Search.Query ?>
<div class="empty">
  <h2>{{list.nothing}}</h2>
  <p>{{api_tools.nothing query=Search.Query a=Search.Url}}</p>
</div><?cs
else ?>
<div class="empty">
  <h2>{{api_tools.none}}</h2>
  <p><?cs if:?AddUrl ?>{{api_tools.none_text}}<?cs else ?>{{api_tools.none_member}}<?cs /if ?></p>
  <?cs if:?AddUrl ?><p class="empty-action"><a class="button button-primary" href="<?cs var:AddUrl ?>">{{api_tools.add}}</a></p><?cs else ?><?cs call:helpers(Help.People) ?><?cs /if ?>
</div><?cs /if ?>
<?cs call:app_close() ?>
