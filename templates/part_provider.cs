<?cs # part_provider.cs: search box, refused-files banner and cards, for every page that lists providers.
  Reads Search.*, Providers.*, Refused.* as listed in data_sources.cs. Needs part_ui.cs.
  Macros: provider_search(label), provider_refused(one, many), provider_found(), provider_cards(list, deep):
  deep: the cards stand below headings of groups.
?><?cs
def:provider_search(search_label) ?>
<form class="search" role="search" method="get" action="<?cs var:Search.Url ?>"><?cs if:?Search.Kind ?><input type="hidden" name="kind" value="<?cs var:Search.Kind ?>"><?cs /if ?>
  <label class="visually-hidden" for="q"><?cs var:search_label ?></label>
  <span class="icon icon-search" aria-hidden="true"></span>
  <input type="search" id="q" name="q" value="<?cs var:Search.Query ?>" placeholder="Search" autocomplete="off">
  <button type="submit" class="button">Search</button>
</form><?cs /def ?><?cs

def:provider_refused(refused_one, refused_many) ?><?cs if:Refused.Count ?>
<div class="banner banner-warn">
  <p><strong><?cs if:Refused.Count == #1 ?>1 <?cs var:refused_one ?> is missing.<?cs else ?><?cs var:Refused.Count ?> <?cs var:refused_many ?> are missing.<?cs /if ?></strong>
  <?cs if:Refused.Operator ?>These provider files could not be used. Correct them and reload.<?cs else ?>Their definitions could not be used. The operator of this Grantry sees why.<?cs /if ?></p>
  <?cs if:Refused.Operator ?><ul>
    <?cs each:refused = Refused.Items ?><li><code><?cs var:refused.File ?></code>: <?cs var:refused.Reason ?></li>
    <?cs /each ?>
  </ul><?cs /if ?>
</div><?cs /if ?><?cs /def ?><?cs

def:provider_found() ?><?cs if:?Search.Query ?>
<p class="found" role="status"><?cs if:Search.Count == #1 ?>1 match<?cs else ?><?cs var:Search.Count ?> matches<?cs /if ?> for “<?cs var:Search.Query ?>”. <a href="<?cs var:Search.Url ?>">Show all</a></p><?cs /if ?><?cs /def ?><?cs

def:provider_cards(card_list, card_deep) ?>
<ul class="cards">
  <?cs each:card = card_list ?><li class="card">
    <?cs call:tile(card.Icon) ?>
    <div class="card-body">
      <?cs if:card_deep ?><h3><?cs var:card.Label ?></h3><?cs else ?><h2><?cs var:card.Label ?></h2><?cs /if ?>
      <p class="card-text"><?cs var:card.Description ?></p>
      <p class="tags"><?cs call:pill(card.State) ?><?cs if:card.ApiKey ?> <span class="tag">API Key</span><?cs /if ?><?cs if:card.Oauth ?> <span class="tag">OAuth</span><?cs /if ?></p>
    </div>
    <a class="button" href="<?cs var:card.Url ?>">Configure<span class="visually-hidden"> <?cs var:card.Label ?></span></a>
  </li>
  <?cs /each ?>
</ul><?cs /def ?>
